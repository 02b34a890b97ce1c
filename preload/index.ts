/** Runs sandboxed and isolated before the page. Passes ports to the node to the page, and nothing else. */
import { ipcRenderer } from 'electron';

ipcRenderer.on('rpc-port', (event) => {
  window.postMessage({ type: 'rpc-port' }, window.location.origin, [...event.ports]);
});
