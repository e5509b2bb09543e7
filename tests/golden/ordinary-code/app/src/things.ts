export default 'default';
export const one = 1;
