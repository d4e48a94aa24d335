// Every snippet, written out with what it proposes, is read by einsight without an error, a warning or a remark.
// Without `einsight` on the path this is skipped; EINSIGHT names another command.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

const SNIPPETS = JSON.parse(fs.readFileSync(new URL('../../snippets/einsight.json', import.meta.url), 'utf8'));
const EINSIGHT = process.env.EINSIGHT ?? 'einsight';
const missing = spawnSync(EINSIGHT, ['--help']).error && `no ${EINSIGHT}`;

// declared for the snippets that declare nothing themselves, and what those stand behind that are no statement alone
const DECLARED = 'W ∈ ℝ^(n×m); A ∈ ℝ^(m×m); a, x ∈ ℝ^m\n';
const BEFORE = { Step: 'x\n', Where: 'a + s ' };

const body = (snippet) => [snippet.body].flat().join('\n');

/** A document that holds the snippet, with the first of each choice and what each place proposes. */
function document([name, snippet]) {
  const text = body(snippet)
    .replace(/\$\{\d+\|([^,|]*)[^|]*\|\}/gu, '$1')
    .replace(/\$\{\d+:([^{}]*)\}/gu, '$1')
    .replace(/\$\d/gu, '');
  const declares = /∈| : |^dim |^#/u.test(text);
  return `${declares ? '' : DECLARED}${BEFORE[name] ?? ''}${text}\n`;
}

test('the same place proposes the same', () => {
  for (const [name, snippet] of Object.entries(SNIPPETS)) {
    const proposed = {};
    for (const [, place, text] of body(snippet).matchAll(/\$\{(\d+):([^{}]*)\}/gu)) {
      assert.equal((proposed[place] ??= text), text, `${name}: \${${place}}`);
    }
  }
});

test('no two snippets have one prefix', () => {
  const prefixes = Object.values(SNIPPETS).flatMap((s) => s.prefix);
  assert.deepEqual(prefixes, [...new Set(prefixes)]);
});

test('einsight reads every snippet', { skip: missing }, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'snippets-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const written = Object.entries(SNIPPETS).map((entry, k) => {
    const file = path.join(folder, `${k}.ein`);
    fs.writeFileSync(file, document(entry));
    return { name: entry[0], file, text: document(entry) };
  });
  const said = spawnSync(EINSIGHT, ['check', '--format', 'json', ...written.map((w) => w.file)], { encoding: 'utf8' });
  const found = new Map(JSON.parse(said.stdout).files.map((f) => [path.basename(f.path), f]));
  for (const { name, file, text } of written) {
    await t.test(name, () => {
      assert.ok(!text.includes('$'), text);
      const { diagnostics, claims } = found.get(path.basename(file));
      // a hint says that a name is not used yet, or that its axes are inferred
      assert.deepEqual(diagnostics.filter((d) => d.severity !== 'hint'), [], text);
      assert.deepEqual(claims.filter((c) => c.verdict !== 'right'), [], text);
    });
  }
});
