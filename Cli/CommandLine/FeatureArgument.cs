using System.CommandLine;
using System.Globalization;

namespace Steering.Cli.CommandLine;

/// <summary>The number of a feature.</summary>
internal static class FeatureArgument
{
    /// <summary>The argument, checked while the command line is read.</summary>
    public static Argument<int> Create() => new("FEATURE")
    {
        Description = "Number of the feature, from 0.",
        CustomParser = result =>
        {
            if (!int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var feature))
            {
                result.AddError($"FEATURE is '{result.Tokens[0].Value}'; it must be a feature's number, as in 4514. To find one by its text, use 'steer features search'.");
            }

            return feature;
        },
    };
}
