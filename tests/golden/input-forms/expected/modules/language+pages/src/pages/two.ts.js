export default 'two';
