declare module "*.css";
/** Put in by the build. */
declare const VERSION: string;
/** Bytes of the memory that was kept. */
declare const MEMORY: number;
declare const KEPT: { name: string; files: string[] };
