// In place of `web/buffer_class.js` in browsers, which have no Buffer of Node: its bytes are a plain array there.

export function bufferClass() {
  return Uint8Array;
}
