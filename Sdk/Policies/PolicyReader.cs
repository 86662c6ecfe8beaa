using System.Text.Json;
using System.Text.Unicode;
using Steering.IO;

namespace Steering.Policies;

/// <summary>
/// Reads policy JSON strictly: no comments, no trailing commas, no field twice, no unknown field, bounded size and
/// depth; every problem is named with its path.
/// </summary>
internal static class PolicyReader
{
    /// <summary>Deepest nesting: interventions → intervention → gate → target → list, with room to spare.</summary>
    private const int MaximumDepth = 16;

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = MaximumDepth,
        AllowDuplicateProperties = false,
    };

    /// <summary>Reads and validates a document.</summary>
    /// <param name="json">UTF-8 text, with or without a byte order mark.</param>
    /// <param name="source">What is read, for messages.</param>
    public static SteeringPolicy Parse(ReadOnlySpan<byte> json, string source)
    {
        if (json.Length > SteeringPolicy.MaximumBytes)
        {
            throw new SteeringException($"Cannot read {source}: {json.Length} bytes are more than the {SteeringPolicy.MaximumBytes} that a policy may have.");
        }

        json = json.StartsWith("\uFEFF"u8) ? json[3..] : json;
        if (!Utf8.IsValid(json))
        {
            throw new SteeringException($"Cannot read {source}: it is not UTF-8 text.");
        }

        try
        {
            using var document = JsonDocument.Parse(json.ToArray(), Strict);
            return Read(document.RootElement, source, textScalars: false);
        }
        catch (JsonException error)
        {
            throw new SteeringException($"Cannot read {source}: it is not strict JSON (no comments, no trailing commas, no field twice, at most {MaximumDepth} levels): {JsonReason.Of(error)}", error);
        }
        catch (InvalidOperationException error)
        {
            throw new SteeringException($"Cannot read {source}: a text in it is not valid Unicode. {error.Message}", error);
        }
    }

    /// <summary>Reads and validates a parsed document.</summary>
    /// <param name="root">The document.</param>
    /// <param name="source">What is read, for messages.</param>
    /// <param name="textScalars">Whether numbers and booleans may be given as text, as configuration gives them.</param>
    public static SteeringPolicy Read(JsonElement root, string source, bool textScalars)
    {
        var problems = new ProblemList();
        var policy = ReadPolicy(new PolicyElement(root, "", problems, textScalars));
        if (policy is not null && !problems.Unreadable)
        {
            PolicyValidator.Check(policy, problems);
        }

        problems.ThrowIfAny(char.ToUpperInvariant(source[0]) + source[1..]);
        return policy!;
    }

    private static SteeringPolicy? ReadPolicy(PolicyElement root)
    {
        if (root.Element.ValueKind == JsonValueKind.Object
            && root.Require("version", $"write \"version\": {SteeringPolicy.CurrentVersion}", out var versionElement)
            && versionElement.TryInteger(out var version)
            && version != SteeringPolicy.CurrentVersion)
        {
            // The fields of another version are unknown, so nothing else is worth saying.
            versionElement.Refuse(PolicyValidator.WrongVersion(version));
            return null;
        }

        if (!root.IsObject("a policy", PolicyFields.Policy))
        {
            return null;
        }

        var name = root.Require("name", "give the policy a name", out var nameElement) && nameElement.TryText(out var text) ? text : "";
        return new SteeringPolicy
        {
            Name = name,
            Description = ReadText(root, "description"),
            SkipPositionZero = ReadBoolean(root, "skipPositionZero") ?? true,
            Saes = ReadSaes(root),
            Interventions = ReadInterventions(root),
        };
    }

    private static Dictionary<string, SaeReference> ReadSaes(PolicyElement root)
    {
        var references = new Dictionary<string, SaeReference>(StringComparer.Ordinal);
        if (!root.TryGet("saes", out var saes))
        {
            return references;
        }

        if (saes.Element.ValueKind != JsonValueKind.Object)
        {
            saes.Refuse("expected an object from SAE id to folder.");
            return references;
        }

        foreach (var property in saes.Element.EnumerateObject())
        {
            var sae = saes with { Element = property.Value, Path = $"saes.{PolicyElement.Shorten(property.Name)}" };
            if (property.Value.ValueKind != JsonValueKind.Object)
            {
                if (sae.TryText(out var folder))
                {
                    references[property.Name] = new SaeReference(folder);
                }
            }
            else if (sae.IsObject("an SAE", PolicyFields.Sae)
                && sae.Require("path", "name the SAE's folder", out var path)
                && path.TryText(out var folder))
            {
                references[property.Name] = new SaeReference(folder, ReadText(sae, "site"));
            }
        }

        return references;
    }

    private static List<Intervention> ReadInterventions(PolicyElement root)
    {
        var interventions = new List<Intervention>();
        if (root.TryGet("interventions", out var list) && list.IsArray("interventions", SteeringPolicy.MaximumInterventions))
        {
            foreach (var item in list.Items())
            {
                if (InterventionReader.Read(item) is { } intervention)
                {
                    interventions.Add(intervention);
                }
            }
        }

        return interventions;
    }

    /// <summary>Reads an optional text field.</summary>
    public static string? ReadText(PolicyElement element, string field) =>
        element.TryGet(field, out var value) && value.TryText(out var text) ? text : null;

    /// <summary>Reads an optional true or false.</summary>
    public static bool? ReadBoolean(PolicyElement element, string field) =>
        element.TryGet(field, out var value) && value.TryBoolean(out var flag) ? flag : null;
}
