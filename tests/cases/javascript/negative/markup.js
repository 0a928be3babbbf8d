const App = () => <><p className="a">{[1, 2].map((n) => <b key={n}>{n}</b>)}</p></>;
export default App
