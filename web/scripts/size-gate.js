// Fails the build when what a first page needs (shell, styles, texts of one language)
// is over its budget. Prints the gzip size of every chunk group that has one.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

const KILO = 1000;
// DESIGN.md section 2: the shell is at most 60 kB gzip.
const SHELL_BUDGET = 60 * KILO;
// Each page beside the shell; the room brings the realtime client (13 kB) along.
const PAGE_BUDGET = 45 * KILO;
const ROOM_BUDGET = 73 * KILO;
const HLS_BUDGET = 120 * KILO;

const gzipBytes = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;

/** The files that come with a manifest entry: itself, its static imports, its styles. */
function filesOf(key, seen = new Set()) {
  if (seen.has(key)) return [];
  seen.add(key);
  const entry = manifest[key];
  const own = [entry.file, ...(entry.css ?? [])];
  return [...own, ...(entry.imports ?? []).flatMap((each) => filesOf(each, seen))];
}

const sizeOf = (files) => [...new Set(files)].reduce((sum, file) => sum + gzipBytes(file), 0);

const shellFiles = ['index.html', ...filesOf('index.html')];
const localeTexts = (locale) =>
  Object.keys(manifest).filter(
    (key) =>
      key.startsWith(`locales/${locale}/common.ftl`) ||
      key.startsWith(`locales/${locale}/errors.ftl`) ||
      key === `src/i18n/tables/${locale}.json`,
  );
const locales = readdirSync(new URL('../locales/', import.meta.url));
const shells = locales.map((locale) => {
  const files = [...shellFiles, ...localeTexts(locale).flatMap((key) => filesOf(key))];
  return { name: `shell with ${locale}`, bytes: sizeOf(files), budget: SHELL_BUDGET };
});

const pages = Object.keys(manifest)
  .filter((key) => key.startsWith('src/ui/pages/'))
  .map((key) => {
    const files = filesOf(key).filter((file) => !shellFiles.includes(file));
    const budget = key.endsWith('/Room.svelte') ? ROOM_BUDGET : PAGE_BUDGET;
    return { name: `+ ${key.slice('src/ui/pages/'.length)}`, bytes: sizeOf(files), budget };
  });
const players = Object.keys(manifest)
  .filter((key) => manifest[key].isDynamicEntry && /hls\.light/.test(key))
  .map((key) => ({
    name: '+ hls.js, only when needed',
    bytes: sizeOf(filesOf(key)),
    budget: HLS_BUDGET,
  }));

let isOver = false;
for (const { name, bytes, budget } of [...shells, ...pages, ...players]) {
  const verdict = bytes > budget ? `OVER ${budget / KILO} kB` : '';
  isOver ||= bytes > budget;
  console.log(`${name.padEnd(32)} ${(bytes / KILO).toFixed(1).padStart(7)} kB gzip ${verdict}`);
}
if (isOver) process.exit(1);
