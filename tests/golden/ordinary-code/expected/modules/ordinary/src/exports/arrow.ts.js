export default (async ()=>'arrow');
