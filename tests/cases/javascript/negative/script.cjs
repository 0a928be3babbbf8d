var old = 010;
with (Math) { console.log(cos(PI)) }
return
