using System.CommandLine;
using System.Globalization;

namespace Steering.Cli.CommandLine;

/// <summary>An option that takes one number or several, separated by commas.</summary>
internal sealed class NumberList : Option<string?>
{
    /// <param name="name">Name of the option.</param>
    /// <param name="description">What it decides.</param>
    /// <param name="minimum">Smallest number.</param>
    /// <param name="maximum">Largest number.</param>
    /// <param name="whole">Whether only whole numbers are meant.</param>
    public NumberList(string name, string description, double minimum, double maximum, bool whole)
        : base(name)
    {
        Description = description;
        HelpName = whole ? "N[,N…]" : "X[,X…]";
        Validators.Add(result =>
        {
            foreach (var part in result.Tokens is [var token] ? token.Value.Split(',') : [])
            {
                if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !(value >= minimum && value <= maximum) || (whole && value != Math.Floor(value)))
                {
                    result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} cannot be read at '{part}'; it must be {(whole ? "a whole number" : "a number")} from {minimum} to {maximum}, or several separated by commas."));
                }
            }
        });
    }

    /// <summary>The numbers that were given; none where the option was not.</summary>
    public IReadOnlyList<double> Values(ParseResult parsed) =>
        parsed.GetValue(this) is { } text ? [.. text.Split(',').Select(part => double.Parse(part, CultureInfo.InvariantCulture)).Distinct()] : [];
}
