/**
 * Electron for unit tests: nothing. Under plain Node.js the package throws, while a module that imports it may have functions
 * that do not use it. What uses it is tested on the real Electron, in test/desktop.
 */
export {};
