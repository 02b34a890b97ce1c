/** Runs sandboxed and isolated before the page. Passes the page its ports to the node and the app, and nothing else. */
import { ipcRenderer } from 'electron';

for (const type of ['rpc-port', 'desktop-port'])
  ipcRenderer.on(type, (event) => {
    window.postMessage({ type }, window.location.origin, [...event.ports]);
  });
