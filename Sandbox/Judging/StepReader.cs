using Steering.Sandbox.Language;
using Steering.Sandbox.Language.Arithmetic;

namespace Steering.Sandbox.Judging;

/// <summary>Reads the steps of a reply and follows them along a problem.</summary>
internal static class StepReader
{
    public const string FinalMark = "Answer:";

    public static IReadOnlyList<ReplyStep> Read(WordProblem? problem, string reply)
    {
        var steps = new List<ReplyStep>();
        var done = 0;
        foreach (var part in Parts(reply))
        {
            var kind = KindOf(part);
            var equations = Equation.FindAll(part);
            if (kind == StepKind.Compute)
            {
                done += equations.Length;
            }

            int? value = kind == StepKind.Remark ? null : equations.Length > 0 ? equations[^1].Result : Equation.FirstNumber(part);
            var holds = Array.TrueForAll(equations, equation => equation.Holds);
            steps.Add(new ReplyStep(kind, value, holds, IsCorrect(problem, kind, done, value, holds)));
        }

        return steps;
    }

    /// <summary>The steps' texts: what blank lines separate.</summary>
    public static IEnumerable<string> Parts(string reply) =>
        reply.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool? IsCorrect(WordProblem? problem, StepKind kind, int done, int? value, bool holds)
    {
        if (problem is null || kind == StepKind.Remark)
        {
            return null;
        }

        var expected = kind switch
        {
            StepKind.Setup => problem.Start,
            StepKind.Final => problem.Answer,
            _ => done <= problem.Stages.Count ? problem.ValueAfter(done) : (int?)null,
        };
        return holds && value is not null && value == expected;
    }

    private static StepKind KindOf(string part)
    {
        if (part.StartsWith(FinalMark, StringComparison.OrdinalIgnoreCase))
        {
            return StepKind.Final;
        }

        var words = WordSplitter.Words(part);
        return Lexicons.Reflection.Count(words) > 0 ? StepKind.Reflection
            : Lexicons.Backtrack.Count(words) > 0 ? StepKind.Backtrack
            : Equation.FindAll(part).Length > 0 ? StepKind.Compute
            : Equation.FirstNumber(part) is not null ? StepKind.Setup
            : StepKind.Remark;
    }
}
