declare module "*.css";
/** Put in by the build. */
declare const VERSION: string;
declare const LATER: string[];
/** Bytes of the memory that was kept. */
declare const MEMORY: number;
/** What Pyodide looks packages up in, without any. */
declare const LOCK: unknown;
declare const KEPT: { name: string; files: string[] };
