using System.Globalization;
using System.Text.RegularExpressions;

namespace Steering.Sandbox.Language.Arithmetic;

/// <summary>An equation as a reply writes it, true or not.</summary>
/// <param name="Left">First operand.</param>
/// <param name="Operation">One of <c>+</c>, <c>-</c>, <c>x</c>, <c>/</c>.</param>
/// <param name="Right">Second operand.</param>
/// <param name="Result">What the reply says it is.</param>
internal sealed partial record Equation(int Left, char Operation, int Right, int Result)
{
    public bool Holds => ProblemStage.Calculate(Left, Operation, Right) == Result;

    public static Equation[] FindAll(string text) => [.. Pattern().Matches(text).Select(match => new Equation(
        Number(match.Groups["left"]), match.Groups["operation"].Value[0], Number(match.Groups["right"]), Number(match.Groups["result"])))];

    public static int? FirstNumber(string text) => Digits().Match(text) is { Success: true } match ? Number(match) : null;

    private static int Number(Capture digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex("(?<![0-9])(?<left>[0-9]{1,6}) ?(?<operation>[-+x/]) ?(?<right>[0-9]{1,6}) ?= ?(?<result>[0-9]{1,6})(?![0-9])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();

    [GeneratedRegex("(?<![0-9])[0-9]{1,6}(?![0-9])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();
}
