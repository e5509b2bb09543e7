export * from './total';
export * from './count';
export * as units from '../units';
