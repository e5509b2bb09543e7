const a = { b: 'member' };

export default a.b;
