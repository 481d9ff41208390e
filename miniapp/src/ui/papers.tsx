import type { Paper } from "../api/client";
import { Tick } from "./field";
import { Source } from "./notice";

/** What to bring. With `onTick` it is a list to tick off while the papers are gathered. */
export function Papers({
  papers,
  ticked,
  onTick,
}: {
  papers: readonly Paper[];
  ticked?: readonly string[];
  onTick?: (code: string, ready: boolean) => void;
}) {
  if (papers.length === 0) return <p>Chưa có danh sách giấy tờ cho ngày này.</p>;
  const brought = papers.filter((each) => !each.atOffice);
  const there = papers.filter((each) => each.atOffice);
  return (
    <>
      <ul className="papers">
        {brought.map((each) => (
          <li key={each.code}>
            {onTick ? (
              <Tick
                label={<PaperName paper={each} />}
                checked={ticked?.includes(each.code) ?? false}
                onChange={(ready) => onTick(each.code, ready)}
              />
            ) : (
              <PaperName paper={each} />
            )}
            <Details paper={each} />
          </li>
        ))}
      </ul>
      {there.length > 0 && (
        <>
          <p>
            <strong>Điền tại cơ quan, không phải mang theo:</strong>
          </p>
          <ul className="papers">
            {there.map((each) => (
              <li key={each.code}>
                {each.name}
                <Details paper={each} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function PaperName({ paper }: { paper: Paper }) {
  return (
    <>
      <strong>{paper.name}</strong>
      {!paper.mandatory && " (nếu cần)"}
    </>
  );
}

function Details({ paper }: { paper: Paper }) {
  return (
    <>
      {paper.why && <p className="small">{paper.why}</p>}
      {paper.copies && <p className="small">{paper.copies}</p>}
      <Source text={paper.source} note={paper.confidenceNote} />
    </>
  );
}
