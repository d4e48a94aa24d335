// The grammars as VS Code loads them: ours from `../../syntaxes`, those of VS Code from `vscode/`.
// With EINSIGHT_VSCODE_EXTENSIONS the latter come from the `extensions` folder of an installed VS Code.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const require = createRequire(import.meta.url);
const installed = process.env.EINSIGHT_VSCODE_EXTENSIONS;

const ours = (name) => new URL(`../../syntaxes/${name}.tmLanguage.json`, import.meta.url);
const theirs = (folder, name) =>
  installed ? `${installed}/${folder}/syntaxes/${name}.tmLanguage.json` : new URL(`vscode/${name}.tmLanguage.json`, import.meta.url);

export const OURS = {
  'source.einsight': ours('einsight'),
  'markdown.einsight.codeblock': ours('einsight.markdown-fence'),
  'markdown.einsight.inline': ours('einsight.markdown-inline'),
  'markdown.einsight.math': ours('einsight.markdown-math'),
};
const THEIRS = {
  'text.html.markdown': theirs('markdown-basics', 'markdown'),
  'text.html.markdown.math': theirs('markdown-math', 'md-math'),
  'markdown.math.block': theirs('markdown-math', 'md-math-block'),
  'markdown.math.inline': theirs('markdown-math', 'md-math-inline'),
  'markdown.math.codeblock': theirs('markdown-math', 'md-math-fence'),
};
const FILES = { ...OURS, ...THEIRS };
/** Our injections, and those of VS Code's own extension for formulas in Markdown. */
export const INJECTED = ['markdown.einsight.codeblock', 'markdown.einsight.inline', 'markdown.einsight.math'];
export const BUILT_IN = ['markdown.math.block', 'markdown.math.inline', 'markdown.math.codeblock'];

let wasm;

/** The grammar of a language, with what is injected into Markdown. */
export async function grammarOf(scope, injected = INJECTED) {
  wasm ??= oniguruma.loadWASM(fs.readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')).buffer);
  await wasm;
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (name) =>
      name in FILES ? textmate.parseRawGrammar(fs.readFileSync(FILES[name], 'utf8'), 'grammar.json') : null,
    getInjections: (name) => (name === 'text.html.markdown' ? injected : undefined),
  });
  return registry.loadGrammar(scope);
}

/** For each line its tokens `{startIndex, endIndex, scopes}`. */
export function tokenize(grammar, lines) {
  let state = textmate.INITIAL;
  return lines.map((line) => {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    return result.tokens;
  });
}
