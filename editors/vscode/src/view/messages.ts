// What the extension and the page of the derivation view say to each other.

export interface Place {
  line: number;
  character: number;
}

export interface Range {
  start: Place;
  end: Place;
}

export interface Step {
  rule: string;
  note: string;
  before: string;
  after: string;
  /** LaTeX, what the step changed in `\htmlClass{ein-changed}`. */
  beforeMarked: string;
  latexMarked: string;
}

export interface Derivation {
  expression: string;
  expressionLatex: string;
  start: string;
  startLatex: string;
  steps: Step[];
  index: string | null;
  matrix: string | null;
  latex: string | null;
  shape: string | null;
  layout: string | null;
  other: { layout: string; matrix: string | null; shape: string } | null;
  /** The answer as a tensor network, in SVG with the colour of the text around it. */
  diagram: string | null;
  /** Why steps or the answer are missing; empty where they are not. */
  lack: string;
}

/** The answer to `einsight/view`. */
export interface View {
  version: number;
  range: Range;
  text: string;
  /** Each expression in `\htmlData{at=line:character-line:character}`. */
  latex: string;
  kind: string;
  pending: boolean;
  verdicts: { range: Range; verdict: string; sign: string }[];
  findings: { code: string; severity: string; message: string }[];
  variables: string[];
  derivation: Derivation | null;
  /** Why there is no derivation, where there should be one. */
  problem?: string;
}

/** The answer to `einsight/rules`. */
export interface Rules {
  range: Range;
  text: string;
  latex: string;
  rules: { rule: string; statement: string; doc: string; text: string; latex: string }[];
}

export type ToPage =
  /** `working` while its derivation is worked out. */
  | { kind: "view"; view: View; place: string; pinned: boolean; working: boolean }
  /** What is shown is no longer what it is about, and nothing newer is there yet. */
  | { kind: "late"; place: string; pinned: boolean }
  /** Nothing new to show; what is shown stays. */
  | { kind: "note"; text: string; pinned: boolean }
  | { kind: "rules"; at: string; found: Rules | null };

export type FromPage =
  | { kind: "ready" }
  | { kind: "pin" }
  | { kind: "step"; index: number }
  | { kind: "variable"; name: string }
  | { kind: "copy"; target: string }
  | { kind: "explain"; what: string }
  | { kind: "rules"; at: string }
  | { kind: "point"; at: string | null }
  | { kind: "apply"; range: Range; text: string; version: number };
