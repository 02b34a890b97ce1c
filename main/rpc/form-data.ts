/**
 * Replaces the global FormData. oRPC compares every message with it, and Node.js loads its HTTP client to provide it: 100 ms
 * and 4 MB in Electron 33, 120 ms and 17 MB in Node.js 24. No message of Kith contains such an object.
 */
// Assigned: to define a property, Node.js 24 first reads the old one.
(globalThis as { FormData: unknown }).FormData = function FormData() {
  throw new TypeError('Kith has no FormData');
};
