using System.Globalization;

namespace SandboxModel.Reporting;

/// <summary>A report as a table of plain text.</summary>
internal static class ReportText
{
    public static void Write(ModelReport report, TextWriter output)
    {
        var loss = report.Loss;
        Line($"{report.Model}, seed {report.Seed}, temperature {report.Temperature}");
        Line($"");
        Line($"loss on {loss.Documents:N0} held-out documents, {loss.Tokens:N0} tokens");
        Line($"  model                       {loss.NatsPerToken:F4} nats a token");
        Line($"  generator's choices         {loss.GeneratorNatsPerToken:F4}");
        Line($"  excess                      {loss.Excess:F4} [{loss.ExcessLow:F4}, {loss.ExcessHigh:F4}]");
        Line($"");
        Line($"{"",-28}{"model, 95 % interval",-26}{"replies",8}  generator");
        Row("", report.WellFormed);
        Row("", report.Facts);
        Group("register obeyed, asked for", report.Registers);
        Group("rude reply to a user who is", report.Rude);
        Group("the same, asked to be polite", report.RudeThoughPolite);
        Group("word problems", report.Arithmetic);

        void Group(string name, IReadOnlyList<ComparedRate> rates)
        {
            Line($"{name}");
            foreach (var rate in rates)
            {
                Row("  ", rate);
            }
        }

        void Row(string indent, ComparedRate rate) => Line($"{indent + rate.Name,-28}{rate.Model,-26}{rate.Model.Total,8:N0}  {(rate.Generator is { } share ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} %") : "-")}");

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture).TrimEnd());
    }
}
