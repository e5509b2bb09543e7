import { __run } from "jitar:remote";
export async function plain(a, b) {
  return __run('target/plain', '0.0.0', { 'a': a, 'b': b }, this);
}
export async function initialised(a, b) {
  return __run('target/initialised', '0.0.0', { 'a': a, 'b': b }, this);
}
export async function optional(a, b) {
  return __run('target/optional', '0.0.0', { 'a': a, 'b': b }, this);
}
export async function maybe(a, b) {
  return __run('target/maybe', '0.0.0', { 'a': a, 'b': b }, this);
}
export async function rest(first, ...others) {
  return __run('target/rest', '0.0.0', { 'first': first, '...others': others }, this);
}
export async function object({ a, b }) {
  return __run('target/object', '0.0.0', { 'a': a, 'b': b }, this);
}
export async function array([a, b]) {
  return __run('target/array', '0.0.0', { 'a': a, 'b': b }, this);
}
export async function objectRest({ a, ...others }) {
  return __run('target/objectRest', '0.0.0', { 'a': a, '...others': others }, this);
}
export async function arrayRest([a, ...others]) {
  return __run('target/arrayRest', '0.0.0', { 'a': a, '...others': others }, this);
}
export async function wholeOptional({ a, b } = {}) {
  return __run('target/wholeOptional', '0.0.0', { 'a': a, 'b': b }, this);
}
