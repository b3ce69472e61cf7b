// Makes src/ui/kit/icons.svg: one <symbol> for each name in src/ui/kit/icon-names.ts.
import { readFileSync, writeFileSync } from 'node:fs';

const kit = new URL('../src/ui/kit/', import.meta.url);
const icons = new URL('../node_modules/lucide-static/icons/', import.meta.url);

const list = readFileSync(new URL('icon-names.ts', kit), 'utf8');
const names = [...list.matchAll(/^ {2}'([a-z0-9-]+)',$/gm)].map((match) => match[1]);

const symbols = names.map((name) => {
  const svg = readFileSync(new URL(`${name}.svg`, icons), 'utf8');
  const shapes = svg
    .slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'))
    .replace(/\s*\n\s*/g, '');
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
});

// Lucide is ISC-licensed; its notice travels with the shapes.
const notice = '<!-- Icons: lucide (lucide.dev), ISC License, (c) Lucide Contributors -->';
writeFileSync(
  new URL('icons.svg', kit),
  `<svg xmlns="http://www.w3.org/2000/svg">${notice}\n${symbols.join('\n')}\n</svg>\n`,
);
