import "zmp-ui/zaui.min.css";
import "./styles.css";
import { createRoot } from "react-dom/client";
import { MiniApp } from "./app";
import { tidy } from "./saved";

tidy();
const root = document.getElementById("app");
if (root) createRoot(root).render(<MiniApp />);
