// What stands around the page of the derivation view where there is no VS Code: what it says goes to the page around it.

interface Host {
  postMessage(message: unknown): void;
  getState(): undefined;
  setState(state: unknown): void;
}

(window as unknown as { acquireVsCodeApi: () => Host }).acquireVsCodeApi = () => ({
  postMessage: (message) => parent.postMessage(message, location.origin),
  getState: () => undefined,
  setState: () => undefined,
});
