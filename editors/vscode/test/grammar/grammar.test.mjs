// Each fixture is a document in which a line `#: ` says of pieces of the line above, in order, which scope they have.
// `!scope` says which they have not. Those lines are taken out before the document is read.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { BUILT_IN, INJECTED, OURS, grammarOf, tokenize } from './tokenizer.mjs';

const FIXTURES = new URL('fixtures/', import.meta.url);
const MARK = '#: ';

/** The document's lines, and what is said of each. */
function read(name) {
  const lines = [];
  const claims = [];
  fs.readFileSync(new URL(name, FIXTURES), 'utf8').split('\n').forEach((line, number) => {
    if (!line.startsWith(MARK)) {
      lines.push(line);
      return;
    }
    const said = [...line.matchAll(/`([^`]+)`((?: !?[\w.*-]+)+)/g)];
    assert.equal(said.map((m) => m[0]).join(' '), line.slice(MARK.length), `${name}:${number + 1} is not understood`);
    claims.push({
      at: lines.length - 1,
      where: `${name}:${number + 1}`,
      said: said.map((m) => ({ piece: m[1], scopes: m[2].trim().split(' ') })),
    });
  });
  return { lines, claims };
}

const has = (token, scope) => token.scopes.some((s) => s === scope || s.startsWith(`${scope}.`));

function check({ lines, claims }, grammar, ending) {
  const tokens = tokenize(grammar, lines.map((line) => line + ending));
  for (const { at, where, said } of claims) {
    let place = 0;
    for (const { piece, scopes } of said) {
      const start = lines[at].indexOf(piece, place);
      assert.ok(start >= 0, `${where}: no \`${piece}\` from column ${place} of: ${lines[at]}`);
      place = start + piece.length;
      const covering = tokens[at].filter((t) => t.startIndex < place && t.endIndex > start);
      for (const scope of scopes) {
        const wanted = !scope.startsWith('!');
        const name = scope.replace('!', '');
        for (const token of covering) {
          const text = lines[at].slice(token.startIndex, token.endIndex);
          assert.equal(has(token, name), wanted, `${where}: \`${piece}\` ${scope}, but \`${text}\` is ${token.scopes.join(' ')}`);
        }
      }
    }
  }
}

const MARKDOWN = { ' beside VS Code’s formulas': [...BUILT_IN, ...INJECTED], ' alone': INJECTED };

for (const name of fs.readdirSync(FIXTURES)) {
  const fixture = read(name);
  if (name.endsWith('.md')) {
    for (const [how, injected] of Object.entries(MARKDOWN)) {
      test(name + how, async () => check(fixture, await grammarOf('text.html.markdown', injected), ''));
    }
  } else {
    // VS Code takes line ends off; other editors leave a carriage return
    for (const [how, ending] of [['', ''], [', CRLF', '\r']]) {
      test(name + how, async () => check(fixture, await grammarOf('source.einsight'), ending));
    }
  }
}

test('every scope ends in the name of the language', () => {
  const theirs = /^(?:fenced_code\.block\.language|punctuation\.definition\.(?:markdown|math)|m(?:arkup|eta\.(?:embedded|paragraph)))/;
  const names = (value) =>
    value && typeof value === 'object'
      ? Object.entries(value).flatMap(([k, v]) => (/^(?:n|contentN)ame$/.test(k) && typeof v === 'string' ? v.split(' ') : names(v)))
      : [];
  for (const [scope, file] of Object.entries(OURS)) {
    for (const name of names(JSON.parse(fs.readFileSync(file, 'utf8')).repository)) {
      assert.ok(name.endsWith('.einsight') || (scope !== 'source.einsight' && theirs.test(name)) || name.endsWith('.markdown'), `${scope}: ${name}`);
    }
  }
});

// lines that would take long if a pattern tried a place more than once
const LONG = {
  'one name': 'a'.repeat(20000),
  'names in brackets': 'd(x'.repeat(5000),
  'open brackets': '('.repeat(20000),
  'subscripts that do not end': 'x_{i'.repeat(5000),
  'derivatives that do not come': 'd '.repeat(10000),
  'fractions of derivatives': 'dy/d'.repeat(5000),
  'names and commas': 'a, '.repeat(7000),
  'declarations that do not come': `${'a in b '.repeat(3000)}∈`,
  'sums': '∑_{j'.repeat(5000),
  'dollars': '$x '.repeat(7000),
  'pairs of dollars': '$$ x '.repeat(4000),
  'brackets of LaTeX': '\\(x \\[ '.repeat(3000),
  'fractions': `$${'\\frac{'.repeat(4000)}$`,
  'braces': `$${'_{'.repeat(5000)}$`,
  'nablas': `$${'\\nabla_{{x'.repeat(2000)}$`,
  'blanks': `x${' '.repeat(20000)}y`,
};

/** Milliseconds for a line. */
function timed(grammar, line) {
  tokenize(grammar, ['']);
  const begin = performance.now();
  tokenize(grammar, [line]);
  return performance.now() - begin;
}

for (const [what, line] of Object.entries(LONG)) {
  test(`a long line is read at once: ${what}`, async () => {
    const alone = timed(await grammarOf('source.einsight'), line);
    assert.ok(alone < 2000, `source.einsight: ${Math.round(alone)} ms`);
    if (!/[$\\]/.test(line)) return;
    // what VS Code's own patterns for Markdown take is not ours to answer for
    const without = timed(await grammarOf('text.html.markdown', []), line);
    const within = timed(await grammarOf('text.html.markdown'), line);
    assert.ok(within < 2 * without + 2000, `text.html.markdown: ${Math.round(within)} ms, without us ${Math.round(without)} ms`);
  });
}
