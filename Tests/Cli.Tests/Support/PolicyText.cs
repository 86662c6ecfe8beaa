using System.Text;

namespace Steering.Tests.Cli.Support;

/// <summary>Policy files for tests.</summary>
internal static class PolicyText
{
    /// <summary>Writes a policy with these interventions, given as JSON.</summary>
    public static string Write(TemporaryFolder folder, string interventions, string name = "policy.json") =>
        folder.Write(name, Encoding.UTF8.GetBytes($$"""{"version":1,"name":"test","interventions":[{{interventions}}]}"""));
}
