import { __run } from "jitar:remote";
export const UNKNOWN = 'nobody';
export async function describe(person) {
  return __run('people/describe', '0.0.0', { 'person': person }, this);
}
export async function makePerson(name) {
  return __run('people/makePerson', '0.0.0', { 'name': name }, this);
}
