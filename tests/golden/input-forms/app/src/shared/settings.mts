export default { name: 'settings' };
