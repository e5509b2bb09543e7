export * from '../things';
export * as things from '../things';
