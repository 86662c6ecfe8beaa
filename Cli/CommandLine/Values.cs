using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Steering.Cli.CommandLine;

/// <summary>Options with values that are checked while the command line is read, so that a typo is a usage error.</summary>
internal static class Values
{
    /// <summary>A whole number.</summary>
    public static Option<int> Whole(string name, string description, int minimum, int standard) =>
        new(name)
        {
            Description = description,
            HelpName = "N",
            CustomParser = result => Number(result, minimum, int.MaxValue, NumberStyles.AllowLeadingSign, "a whole number", standard),
            DefaultValueFactory = _ => standard,
        };

    /// <summary>A whole number that may be left out.</summary>
    public static Option<int?> OptionalWhole(string name, string description, int minimum) =>
        new(name)
        {
            Description = description,
            HelpName = "N",
            CustomParser = result => Number(result, minimum, int.MaxValue, NumberStyles.AllowLeadingSign, "a whole number", minimum),
        };

    /// <summary>A number that may be left out.</summary>
    public static Option<float?> OptionalReal(string name, string description, float minimum, float maximum) =>
        new(name)
        {
            Description = description,
            HelpName = "X",
            CustomParser = result => Number(result, minimum, maximum, NumberStyles.Float, "a number", minimum),
        };

    /// <summary>Token ids separated by commas or blanks.</summary>
    public static Option<int[]?> Ids(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "1,2,3",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => WholeList(result, "token ids separated by commas, as in 1,2,3"),
        };

    /// <summary>A path that may be left out.</summary>
    public static Option<string?> Path(string name, string description, string helpName, bool required = false) =>
        new(name) { Description = description, HelpName = helpName, Required = required };

    /// <summary>The ids that were given, or null; the parser's own value of an absent list is an empty one.</summary>
    public static int[]? Given(this ParseResult parsed, Option<int[]?> ids) => parsed.GetValue(ids) is { Length: > 0 } given ? given : null;

    private static int[]? WholeList(ArgumentResult result, string expected)
    {
        var text = result.Tokens[0].Value;
        var parts = text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var ids = new int[parts.Length];
        for (var index = 0; index < parts.Length; index++)
        {
            if (!int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out ids[index]))
            {
                result.AddError($"{Name(result)} cannot be read at '{parts[index]}'; it must be {expected}.");
                return null;
            }
        }

        if (ids.Length == 0)
        {
            result.AddError($"{Name(result)} is empty; it must be {expected}.");
        }

        return ids;
    }

    private static T Number<T>(ArgumentResult result, T minimum, T maximum, NumberStyles style, string kind, T standard)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        var text = result.Tokens[0].Value;
        if (T.TryParse(text, style, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum)
        {
            return value;
        }

        var above = minimum is float.Epsilon;
        var range = above ? (maximum == T.MaxValue ? "above 0" : string.Create(CultureInfo.InvariantCulture, $"above 0, at most {maximum}"))
            : maximum == T.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"of at least {minimum}")
            : string.Create(CultureInfo.InvariantCulture, $"from {minimum} to {maximum}");
        result.AddError($"{Name(result)} is '{text}'; it must be {kind} {range}.");
        return standard;
    }

    private static string Name(ArgumentResult result) => (result.Parent as OptionResult)?.Option.Name ?? result.Argument.Name;
}
