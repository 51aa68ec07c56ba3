// The map as Streamlit mounts it; it goes on as it was when new data comes.
const charts = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const frame = parentElement.querySelector(".frame");
  let chart = charts.get(frame);
  if (!chart) {
    chart = new Chart(frame, setStateValue);
    charts.set(frame, chart);
    const sized = new ResizeObserver(() => {
      frame.classList.toggle("narrow", frame.clientWidth < 640);
      chart.resize();
    });
    sized.observe(chart.stage);
    sized.observe(frame);
    const letGo = hands(chart);
    // A change between light and dark is told to nobody, so look now and then.
    const theme = setInterval(() => {
      const now = chart.style("--st-background-color");
      if (chart.theme !== now && chart.head) { chart.theme = now; legend(chart); chart.soon(); }
    }, 700);
    chart.end = () => { sized.disconnect(); clearInterval(theme); letGo(); charts.delete(frame); };
  }
  chart.tell = setStateValue;
  if (data?.length) chart.take(data);
  return () => chart.end();
}
