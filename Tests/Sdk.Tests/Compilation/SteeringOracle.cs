using System.Text.Json;
using Steering.Policies;

namespace Steering.Tests.Sdk.Compilation;

/// <summary>The reference policies of <c>steering.json</c> as policies of ours, on the SAE <c>main</c>.</summary>
internal static class SteeringOracle
{
    /// <summary>Site of the reference SAE.</summary>
    public const string Site = "resid_post.15";

    /// <summary>Reads the policies by name. The reference's position 0 is steered unless it says otherwise.</summary>
    /// <param name="steering">Path of <c>steering.json</c>.</param>
    public static IReadOnlyDictionary<string, SteeringPolicy> Policies(string steering)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(steering));
        var root = document.RootElement;
        var sae = root.GetProperty("sae").GetString()!;
        var policies = root.GetProperty("policies").EnumerateArray().ToDictionary(
            policy => policy.GetProperty("name").GetString()!,
            policy => OraclePolicy.ToPolicy(policy, Site).WithSae("main", sae) with { Folder = Path.GetDirectoryName(Path.GetFullPath(steering)) },
            StringComparer.Ordinal);
        Assert.IsNotEmpty(policies, $"{steering} holds no policy.");
        return policies;
    }
}
