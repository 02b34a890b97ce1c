/**
 * The script that makes an isolated world look like Electron's sandboxed preload, and runs `preload` in it.
 * `__toMain` is a binding that only this world has.
 */
export function preloadWorld(preload: string): string {
  return `(() => {
  const send = (message) => globalThis.__toMain(JSON.stringify(message));
  const pack = (value) => {
    if (value instanceof ArrayBuffer) value = new Uint8Array(value);
    if (!(value instanceof Uint8Array)) return value;
    let text = '';
    for (const byte of value) text += String.fromCharCode(byte);
    return { $bytes: btoa(text) };
  };
  const unpack = (value) =>
    value && typeof value === 'object' && '$bytes' in value
      ? Uint8Array.from(atob(value.$bytes), (c) => c.charCodeAt(0))
      : value;
  const ports = new Map();
  const listeners = new Map();
  const openPort = (port) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => send({ kind: 'data', port, data: pack(event.data) });
    channel.port1.addEventListener('close', () => send({ kind: 'close', port }));
    ports.set(port, channel.port1);
    return channel.port2;
  };
  globalThis.__fromMain = (message) => {
    if (message.kind === 'data') ports.get(message.port)?.postMessage(unpack(message.data));
    if (message.kind === 'close') ports.get(message.port)?.close();
    if (message.kind !== 'message') return;
    const opened = message.ports.map(openPort);
    for (const listener of listeners.get(message.channel) ?? []) listener({ ports: opened }, message.message);
  };
  const ipcRenderer = {
    on(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
  };
  const require = (name) => {
    if (name === 'electron') return { ipcRenderer };
    throw new Error('a sandboxed preload cannot load ' + name);
  };
  (function (require, module, exports, process) {
${preload}
  })(require, { exports: {} }, {}, { contextIsolated: true, sandboxed: true });
})()`;
}
