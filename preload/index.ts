/** Runs sandboxed and isolated before the page. Passes the page its ports to the node, and nothing else. */
import { ipcRenderer } from 'electron';

ipcRenderer.on('rpc-port', (event) => {
  window.postMessage({ type: 'rpc-port' }, window.location.origin, [...event.ports]);
});
