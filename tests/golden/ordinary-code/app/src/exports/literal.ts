export default { value: 'object' };
