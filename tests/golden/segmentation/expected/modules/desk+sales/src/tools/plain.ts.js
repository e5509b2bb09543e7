export const plain = 'in no segment, and named by nobody';
