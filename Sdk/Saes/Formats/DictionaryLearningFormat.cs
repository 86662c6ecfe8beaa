using System.Text.RegularExpressions;
using Steering.IO;
using Steering.Tensors;

namespace Steering.Saes.Formats;

/// <summary>
/// dictionary_learning: <c>config.json</c> names the class, <c>ae.safetensors</c> holds its state (the library itself
/// writes <c>ae.pt</c>, a pickle, which is refused with the line that converts it). Keys of the trainer that are not
/// read here say how it was trained.
/// </summary>
internal static partial class DictionaryLearningFormat
{
    public const string ConfigName = "config.json";
    public const string WeightsName = "ae.safetensors";

    private const int MaximumBytes = 1 << 20;

    public static SaeParameters Read(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        using var document = StrictJson.Parse(path, ReadableFile.ReadAllBytes(path, MaximumBytes));
        var keys = new SaeLensConfigReader(path, document.RootElement) { Format = "a dictionary_learning config.json" };
        var trainer = new SaeLensConfigReader(path, keys.TakeElement("trainer") ?? throw keys.Missing("trainer"), "trainer.") { Format = keys.Format };
        var buffer = keys.TakeElement("buffer") is { } element ? new SaeLensConfigReader(path, element, "buffer.") : null;
        var name = trainer.TakeString("dict_class") ?? throw trainer.Missing("dict_class");

        using var tensors = new SaeTensors(SafetensorsFile.Open(Path.Combine(folder, WeightsName)), name);
        var parameters = DictionaryClasses.Read(name, tensors, trainer, folder);
        tensors.RefuseRest();
        Check(trainer, "activation_dim", parameters.HiddenSize);
        Check(trainer, "dict_size", parameters.LatentCount);
        return parameters with
        {
            ModelName = trainer.TakeString("lm_name"),
            HookName = Hook(trainer, buffer?.TakeString("io") ?? "out"),
        };
    }

    private static void Check(SaeLensConfigReader trainer, string key, int actual)
    {
        if (trainer.TakeInteger(key) is { } given && given != actual)
        {
            throw trainer.Refusal(key, given.ToString(System.Globalization.CultureInfo.InvariantCulture), $"the weights have {actual}; the configuration and the weights do not fit each other");
        }
    }

    private static string? Hook(SaeLensConfigReader trainer, string side)
    {
        if (trainer.TakeString("submodule_name") is not { } name)
        {
            return null;
        }

        if (side is not ("in" or "out"))
        {
            throw trainer.Refusal("submodule_name", name, $"buffer.io is '{side}': an autoencoder reads and writes one side of a module, in or out");
        }

        var match = Module().Match(name);
        if (!match.Success)
        {
            return name;
        }

        var layer = match.Groups["layer"].Value;
        return match.Groups["named"].Success || side == "out" ? $"blocks.{layer}.hook_resid_post" : $"blocks.{layer}.hook_resid_pre";
    }

    /// <summary>Names of residual streams: the trainer's own words, or the module of a block.</summary>
    [GeneratedRegex(@"^(?:(?<named>resid_post_layer_)|(?:model\.layers|transformer\.h|gpt_neox\.layers)\.)(?<layer>[0-9]{1,6})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Module();
}
