using System.CommandLine;
using Steering.Export.Sockets;

namespace Steering.Cli.Commands;

/// <summary>The option that chooses the sites of sockets.</summary>
internal static class SiteOptions
{
    public static Option<SiteSelection?> Sites(bool required) => new("--sites")
    {
        Description = "Blocks after which sockets go: all, or numbers, as in 8,15,22.",
        HelpName = "all|8,15,22",
        Required = required,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            try
            {
                return SiteSelection.Parse(result.Tokens[0].Value);
            }
            catch (SteeringException exception)
            {
                result.AddError(exception.Message);
                return null;
            }
        },
    };
}
