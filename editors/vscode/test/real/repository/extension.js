// Files of a scheme of their own, as a browser shows a repository; `files.json` beside this file has them.
const vscode = require("vscode");

exports.activate = async (context) => {
  const files = new Map(Object.entries(await (await fetch(vscode.Uri.joinPath(context.extensionUri, "files.json").toString(true))).json())
    .map(([path, text]) => [`/${path}`, new TextEncoder().encode(text)]));
  const changed = new vscode.EventEmitter();
  const missing = (uri) => vscode.FileSystemError.FileNotFound(uri);
  const below = (path) => [...files.keys()].filter((name) => name.startsWith(path.endsWith("/") ? path : `${path}/`));
  const isFolder = (path) => path === "/" || below(path).length > 0;
  context.subscriptions.push(vscode.workspace.registerFileSystemProvider("repository", {
    onDidChangeFile: changed.event,
    watch: () => ({ dispose() {} }),
    stat(uri) {
      const content = files.get(uri.path);
      if (!content && !isFolder(uri.path)) throw missing(uri);
      return { type: content ? vscode.FileType.File : vscode.FileType.Directory, ctime: 0, mtime: 0, size: content?.length ?? 0 };
    },
    readDirectory(uri) {
      const depth = uri.path === "/" ? 1 : uri.path.split("/").length;
      return [...new Map(below(uri.path).map((name) => {
        const parts = name.split("/");
        return [parts[depth], parts.length > depth + 1 ? vscode.FileType.Directory : vscode.FileType.File];
      }))];
    },
    readFile(uri) {
      const content = files.get(uri.path);
      if (!content) throw missing(uri);
      return content;
    },
    writeFile(uri, content) {
      files.set(uri.path, content);
      changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    },
    createDirectory() {},
    delete: (uri) => void files.delete(uri.path),
    rename() {},
  }));
};
