// All locales have the same ids and the same variables in each, every id that the code
// uses exists, and every id that exists is used. Prints what is wrong; exits 1.
import { parse } from '@fluent/syntax';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const REFERENCE = 'en';

/** Every `$name` anywhere below a node. */
function variablesOf(node, found = new Set()) {
  if (Array.isArray(node)) for (const each of node) variablesOf(each, found);
  else if (node && typeof node === 'object') {
    if (node.type === 'VariableReference') found.add(node.id.name);
    for (const value of Object.values(node)) variablesOf(value, found);
  }
  return found;
}

/** Map of id (or `id.attribute`) to its sorted variables; throws on unreadable entries. */
export function readMessages(source, name) {
  const messages = new Map();
  for (const entry of parse(source, {}).body) {
    if (entry.type === 'Junk') throw new Error(`${name}: can't read "${entry.content.trim()}"`);
    if (entry.type !== 'Message') continue;
    const put = (id, node) => {
      if (messages.has(id)) throw new Error(`${name}: ${id} is there twice`);
      messages.set(id, [...variablesOf(node)].sort().join(' '));
    };
    if (entry.value) put(entry.id.name, entry.value);
    for (const { id, value } of entry.attributes) put(`${entry.id.name}.${id.name}`, value);
  }
  return messages;
}

/** What the locales (name -> id -> variables) have that the reference has not, or lack. */
export function compareLocales(locales) {
  const reference = locales.get(REFERENCE);
  const problems = [];
  for (const [locale, messages] of locales) {
    for (const [id, variables] of reference) {
      if (!messages.has(id)) problems.push(`${locale}: ${id} is missing`);
      else if (messages.get(id) !== variables && extra(messages.get(id), variables)) {
        problems.push(`${locale}: ${id} uses unknown variables (${messages.get(id)})`);
      }
    }
    for (const id of messages.keys()) {
      if (!reference.has(id)) problems.push(`${locale}: ${id} is not in ${REFERENCE}`);
    }
  }
  return problems;
}

/** A translation may leave a variable out, not invent one. */
function extra(own, reference) {
  const known = new Set(reference.split(' '));
  return own.split(' ').some((name) => name !== '' && !known.has(name));
}

const LITERAL = /['"`]([a-z][a-z0-9_]*(?:-[a-z0-9_]+)+(?:\.[a-z-]+)?)['"`]/g;
const CALLED = /\bt\(\s*(['"`])([^'"`$]*?)\1\s*[,)]/g;
const CALLED_HEAD = /\bt\(\s*`([a-z][a-z0-9_]*(?:-[a-z0-9_]+)*-)\$\{/g;
const COMPUTED = /`([a-z][a-z0-9_]*(?:-[a-z0-9_]+)*-)\$\{/g;

/**
 * What a source file uses: `called` for certain (`t('x')`), `mentioned` perhaps (any
 * literal shaped like an id, as in a table of labels), `heads` of computed ids.
 */
export function usesOf(source) {
  const all = (pattern, group) => [...source.matchAll(pattern)].map((match) => match[group]);
  return {
    called: all(CALLED, 2),
    mentioned: all(LITERAL, 1),
    heads: all(COMPUTED, 1),
    calledHeads: all(CALLED_HEAD, 1),
  };
}

/** Ids used but absent, and ids present but never used. */
export function compareUses(ids, files) {
  const problems = [];
  const heads = new Set();
  const mentioned = new Set();
  for (const [name, source] of files) {
    const uses = usesOf(source);
    for (const id of uses.called) {
      mentioned.add(id);
      if (!ids.has(id)) problems.push(`${name}: ${id} is in no locale`);
    }
    for (const head of uses.calledHeads) {
      const isKnown = [...ids].some((id) => id.startsWith(head));
      if (!isKnown) problems.push(`${name}: no locale has an id that begins with ${head}`);
    }
    for (const id of uses.mentioned) mentioned.add(id);
    for (const head of uses.heads) heads.add(head);
  }
  for (const id of ids) {
    const isUsed = mentioned.has(id) || [...heads].some((head) => id.startsWith(head));
    if (!isUsed) problems.push(`${id} is not used anywhere`);
  }
  return problems;
}

function readLocales(folder) {
  const locales = new Map();
  for (const locale of readdirSync(folder).sort()) {
    const messages = new Map();
    for (const file of readdirSync(join(folder, locale)).sort()) {
      const name = `${locale}/${file}`;
      const source = readFileSync(join(folder, locale, file), 'utf8');
      for (const [id, variables] of readMessages(source, name)) {
        if (messages.has(id)) throw new Error(`${name}: ${id} is in another area too`);
        messages.set(id, variables);
      }
    }
    locales.set(locale, messages);
  }
  return locales;
}

function readSources(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => /\.(ts|svelte)$/.test(name) && !/\.(test|gen)\.ts$/.test(name))
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
}

function main() {
  const root = join(import.meta.dirname, '..');
  const locales = readLocales(join(root, 'locales'));
  const ids = new Set(locales.get(REFERENCE).keys());
  const problems = [
    ...compareLocales(locales),
    ...compareUses(ids, readSources(join(root, 'src'))),
  ];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
