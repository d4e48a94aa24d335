// What the page and its worker say to each other.

/** What is asked of `einsight.web`. */
export interface Asked {
  text: string;
  wrt: string;
  layout: string;
  shapes: string[];
  order: number;
}

export interface Problem {
  code: string;
  severity?: string;
  message: string;
  span?: [number, number];
  fixes: { title: string; span: [number, number]; text: string }[];
}

export interface Shape {
  name: string;
  space: string;
  choices: string[];
}

export interface Claim {
  text: string;
  verdict: string;
  sign: string;
  assumption: string | null;
  derived: string | null;
  derivedLatex: string;
  counterexample: string | null;
}

/** The answer to `answer`; a problem has `problems`, a claim `claims`, everything else the rest. */
export interface Answer {
  kind: "problem" | "claim" | "derivative" | "expression";
  problems: Problem[];
  readAs: string;
  wrt: string[];
  order: number;
  variables: string[];
  layout: string;
  index: string;
  free: string[];
  shape: string[];
  matrix: string | null;
  matrixShape: string[];
  gradient: string | null;
  latex: string;
  asked: string;
  notes: string[];
  said: Problem[];
  assumed: Shape[];
  chosen: Shape[];
  claims: Claim[];
}

export interface Laid {
  layout: string;
  matrix?: string | null;
  shape?: string;
  latex?: string;
  signs?: string[];
}
