/** Runs sandboxed and isolated before the page. It hands over ports to the node as they come, and nothing else. */
import { ipcRenderer } from 'electron';

ipcRenderer.on('rpc-port', (event) => {
  window.postMessage({ type: 'rpc-port' }, window.location.origin, [...event.ports]);
});
