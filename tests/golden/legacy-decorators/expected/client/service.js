import { __run } from "/jitar/client/jitar.js";
export async function legacyDecorators(name) {
  return __run('legacyDecorators', '0.0.0', { 'name': name }, this);
}
export async function decoratorMetadata() {
  return __run('decoratorMetadata', '0.0.0', {}, this);
}
