/** Put in by the build: packages that are unpacked when they are imported. */
declare const LATER: string[];
/** What Pyodide looks packages up in, without any. */
declare const LOCK: unknown;
