function load() {
  const data = await fetch("/a");
  return data.json();
}
