using System.Text;
using System.Text.Json;
using Steering.IO;

namespace Steering.Templates;

/// <summary>
/// The chat templates of a model folder, found as transformers finds them: <c>chat_template.jinja</c> and <c>additional_chat_templates</c>
/// where they are, otherwise <c>chat_template</c> in <c>tokenizer_config.json</c>, one template or a list of named ones. Thread-safe.
/// </summary>
public sealed class ChatTemplates
{
    /// <summary>The folder, inside a model's, of templates beside the one in <c>chat_template.jinja</c>: each file is one, under its name.</summary>
    public const string MoreFolder = "additional_chat_templates";

    private const int LargestFile = 64 << 20;
    private const int MaximumDepth = 32;
    private const string ConfigName = "tokenizer_config.json";
    private const string TemplateFile = "chat_template.jinja";
    private const string Default = "default";
    private const string ToolUse = "tool_use";

    private static readonly string[] TokenNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly string _folder;
    private readonly Dictionary<string, Lazy<ChatTemplate>> _templates = new(StringComparer.Ordinal);

    private ChatTemplates(string folder) => _folder = folder;

    /// <summary>Names of the templates; a single one is called <c>default</c>. Empty where the folder has none.</summary>
    public IReadOnlyCollection<string> Names => _templates.Keys;

    /// <summary>Finds the templates of a folder. Each is read when it is first used, or by <see cref="Check"/>.</summary>
    /// <param name="folder">A model folder, or any folder with a tokenizer's files.</param>
    /// <param name="limits">What each may cost; by default <see cref="TemplateLimits.Default"/>.</param>
    /// <exception cref="SteeringException">A file cannot be read or is no such file.</exception>
    public static ChatTemplates Load(string folder, TemplateLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var templates = new ChatTemplates(Path.GetFullPath(folder));
        var config = Path.Combine(templates._folder, ConfigName);
        using var document = Path.Exists(config) ? StrictJson.Parse(config, ReadableFile.ReadAllBytes(config, LargestFile), MaximumDepth) : null;
        var root = document?.RootElement;
        if (root is { ValueKind: not JsonValueKind.Object })
        {
            throw new SteeringException($"{config} is no JSON object; copy the file that the model's makers publish.");
        }

        var tokens = templates.Tokens(root);
        foreach (var (name, where, text) in templates.Found(root))
        {
            templates._templates[name] = new Lazy<ChatTemplate>(() => ChatTemplate.Parse(text, where, limits, tokens));
        }

        return templates;
    }

    /// <summary>Reads every template.</summary>
    /// <exception cref="TemplateException">One is no template.</exception>
    public void Check()
    {
        foreach (var template in _templates.Values)
        {
            _ = template.Value;
        }
    }

    /// <summary>The template for a conversation.</summary>
    /// <param name="options">What goes with the conversation: its tools and the name of a template decide.</param>
    /// <exception cref="TemplateException">The template is none.</exception>
    /// <exception cref="SteeringException">There is none, or none of that name.</exception>
    public ChatTemplate Select(ChatTemplateOptions? options = null)
    {
        if (_templates.Count == 0)
        {
            throw new SteeringException($"{_folder} has no chat template. Give the prompt as plain text, or a model folder whose {ConfigName} holds a chat_template.");
        }

        var hasTools = options?.Tools is { ValueKind: not JsonValueKind.Null };
        var name = options?.TemplateName ?? (hasTools && _templates.ContainsKey(ToolUse) ? ToolUse : Default);
        return _templates.TryGetValue(name, out var template) ? template.Value
            : throw new SteeringException($"{_folder} has no chat template '{name}'. Set {nameof(ChatTemplateOptions)}.{nameof(ChatTemplateOptions.TemplateName)} to one of: {string.Join(", ", _templates.Keys)}.");
    }

    private List<(string Name, string Where, string Text)> Found(JsonElement? config)
    {
        var found = new List<(string Name, string Where, string Text)>();
        var file = Path.Combine(_folder, TemplateFile);
        if (Path.Exists(file))
        {
            found.Add((Default, file, ReadText(file)));
        }

        var more = Path.Combine(_folder, MoreFolder);
        if (Directory.Exists(more))
        {
            found.AddRange(Directory.EnumerateFileSystemEntries(more, "*.jinja").Order(StringComparer.Ordinal).Select(path => (Path.GetFileNameWithoutExtension(path), path, ReadText(path))));
        }

        if (found.Count > 0 || config is not { } root || !root.TryGetProperty("chat_template", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return found;
        }

        var where = $"{Path.Combine(_folder, ConfigName)}, chat_template";
        if (value.ValueKind == JsonValueKind.String)
        {
            return [(Default, where, value.GetString()!)];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw new SteeringException($"{where} is {value.ValueKind}; expected a text, or a list of objects with name and template.");
        }

        foreach (var item in value.EnumerateArray())
        {
            found.Add(item.ValueKind == JsonValueKind.Object
                && item.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
                && item.TryGetProperty("template", out var template) && template.ValueKind == JsonValueKind.String
                ? (name.GetString()!, $"{where} '{name.GetString()}'", template.GetString()!)
                : throw new SteeringException($"{where} is a list with an element that has no name and template; expected objects with both as text."));
        }

        return found;
    }

    private static string ReadText(string path)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(ReadableFile.ReadAllBytes(path, LargestFile));
        }
        catch (DecoderFallbackException failure)
        {
            throw new SteeringException($"{path} is no UTF-8 text; copy the file that the model's makers publish.", failure);
        }
    }

    /// <summary>The special tokens, which templates read as variables.</summary>
    private Dictionary<string, object?> Tokens(JsonElement? config)
    {
        var tokens = new Dictionary<string, object?>(StringComparer.Ordinal);
        Add(config);

        // Older folders keep them in a file of their own, which counts where the config does not list the added tokens.
        var file = Path.Combine(_folder, "special_tokens_map.json");
        if (Path.Exists(file) && (config is not { } root || !root.TryGetProperty("added_tokens_decoder", out _)))
        {
            using var document = StrictJson.Parse(file, ReadableFile.ReadAllBytes(file, LargestFile), MaximumDepth);
            Add(document.RootElement);
        }

        return tokens;

        void Add(JsonElement? source)
        {
            if (source is not { ValueKind: JsonValueKind.Object } from)
            {
                return;
            }

            foreach (var name in TokenNames)
            {
                Set(name, from.TryGetProperty(name, out var token) ? Text(token) : null);
            }

            if (from.TryGetProperty("additional_special_tokens", out var additional) && additional.ValueKind == JsonValueKind.Array)
            {
                tokens["additional_special_tokens"] = additional.EnumerateArray().Select(Text).OfType<string>().ToArray();
            }

            if (from.TryGetProperty("extra_special_tokens", out var extra) && extra.ValueKind == JsonValueKind.Object)
            {
                foreach (var token in extra.EnumerateObject())
                {
                    Set(token.Name, Text(token.Value));
                }
            }
        }

        void Set(string name, string? text)
        {
            if (!string.IsNullOrEmpty(text))
            {
                tokens[name] = text;
            }
        }

        static string? Text(JsonElement token) => token.ValueKind == JsonValueKind.String ? token.GetString()
            : token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String ? content.GetString() : null;
    }
}
