// In place of `web/buffer.js` in browsers, which have no Buffer of Node: its bytes are a plain array there.

export const Buffer = Uint8Array;
