// What the language's configuration makes of a line: words, and where Enter puts the cursor.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

const LANGUAGE = JSON.parse(fs.readFileSync(new URL('../../language-configuration.json', import.meta.url), 'utf8'));
const words = (line) => line.match(new RegExp(LANGUAGE.wordPattern.pattern, `${LANGUAGE.wordPattern.flags}g`)) ?? [];

const LINES = [
  ['y_i = W_ij x_j + b_i', ['y_i', 'W_ij', 'x_j', 'b_i']],
  ['W_{ij} x_{i+k-1} w_{i1}', ['W_{ij}', 'x_{i+k-1}', 'w_{i1}']],
  ['W_1_ij W[i,j] Wᵢⱼ b₁', ['W_1_ij', 'W', 'i', 'j', 'Wᵢⱼ', 'b₁']],
  ["(A B)' Aᵀ A⁻¹ x² s'(z)", ['A', 'B', 'A', 'A', 'x', 's', 'z']],
  ['θ_i 𝛿 𝛿_ij Ж2 x̂', ['θ_i', '𝛿', '𝛿_ij', 'Ж2', 'x̂']],
  ['∂y_i/∂x_j ∇_W ‖W x‖', ['y_i', 'x_j', 'W', 'W', 'x']],
  ['2x 1.5 3 + 1e-3', ['2', 'x', '1.5', '3', '1e-3']],
  ['W ∈ ℝ^(n×m) symmetric', ['W', 'ℝ', 'n', 'm', 'symmetric']],
];

for (const [line, expected] of LINES) {
  test(`words of: ${line}`, () => assert.deepEqual(words(line), expected));
}

const enters = (line) => LANGUAGE.onEnterRules.find((rule) => new RegExp(rule.beforeText).test(line))?.action.indent;
const opens = (line) => new RegExp(LANGUAGE.indentationRules.increaseIndentPattern).test(line);

test('Enter in a chain keeps the column', () => {
  for (const line of ['  = W_ik δ_kj', '                = W_ij', '\t= x', '   + b', '  = x  # why (']) {
    assert.equal(enters(line), 'none', line);
    assert.equal(opens(line) && line.includes('#'), false, line);
  }
  for (const line of ['y = W x', '= W x', '  y = W x', '']) assert.equal(enters(line), undefined, line);
});

test('Enter behind an open bracket indents', () => {
  for (const line of ['y = (W x', 'L = softmax(', 'f(x) + (  # why']) assert.ok(opens(line), line);
  for (const line of ['y = (W x)', '# a (comment', 'y = x # (', 'x ∈ ℝ^(n×m)']) assert.ok(!opens(line), line);
});

test('the patterns are fast on long lines', () => {
  const begin = performance.now();
  for (const line of ['a'.repeat(20000), '('.repeat(5000), 'x_{'.repeat(5000), 'x_i'.repeat(5000)]) {
    words(line);
    enters(line);
    opens(line);
  }
  assert.ok(performance.now() - begin < 2000);
});
