export * from './orders';
export { default as cancel } from './cancel';
export * as helpers from './helpers';
export { default } from './deep/entry';
