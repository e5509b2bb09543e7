import { h } from '../shared/h';

export const e = <e one="1" {...{ two: 2 }}>jsx</e>;
