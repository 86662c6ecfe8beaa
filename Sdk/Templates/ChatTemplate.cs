using System.Text.Json;

namespace Steering.Templates;

/// <summary>
/// A chat template: Jinja as transformers sets it up. Read once, unchangeable, and safe to be applied by many threads at a time.
/// Whatever it says, applying it ends within its <see cref="TemplateLimits"/>.
/// </summary>
public sealed class ChatTemplate
{
    private readonly TemplateSource _source;
    private readonly TemplateLimits _limits;
    private readonly TemplateTree _tree;
    private readonly IReadOnlyDictionary<string, object?> _tokens;

    private ChatTemplate(TemplateSource source, TemplateLimits limits, TemplateTree tree, IReadOnlyDictionary<string, object?>? tokens) =>
        (_source, _limits, _tree, _tokens) = (source, limits, tree, tokens ?? new Dictionary<string, object?>(StringComparer.Ordinal));

    /// <summary>Reads a template.</summary>
    /// <param name="text">The template.</param>
    /// <param name="name">What messages call it, such as the file it stands in.</param>
    /// <param name="limits">What it may cost; by default <see cref="TemplateLimits.Default"/>.</param>
    /// <param name="tokens">The model's special tokens, which are variables of the template: <c>bos_token</c> and the like.</param>
    /// <exception cref="TemplateException">The text is no template, or beyond a limit.</exception>
    public static ChatTemplate Parse(string text, string name = "The chat template", TemplateLimits? limits = null, IReadOnlyDictionary<string, object?>? tokens = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrEmpty(name);
        limits ??= TemplateLimits.Default;
        limits.Validate();
        if (text.Length > limits.SourceLength)
        {
            throw new TemplateException(TemplateFault.Limit, new TemplateSource(name, string.Empty), 0, $"the template has {text.Length} characters, more than {limits.SourceLength} ({nameof(TemplateLimits)}.{nameof(TemplateLimits.SourceLength)})");
        }

        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var source = new TemplateSource(name, lines.EndsWith('\n') ? lines[..^1] : lines);
        try
        {
            return new ChatTemplate(source, limits, TemplateParser.Parse(source, limits), tokens);
        }
        catch (InsufficientExecutionStackException)
        {
            throw new TemplateException(TemplateFault.Limit, source, 0, "the template is nested deeper than this thread's stack");
        }
    }

    /// <summary>Writes the prompt of a conversation of texts.</summary>
    /// <param name="messages">Roles and texts, in order.</param>
    /// <param name="options">What goes with the conversation.</param>
    /// <param name="cancellationToken">Ends the application.</param>
    /// <exception cref="TemplateException">The template refuses the conversation, fails, or goes beyond a limit.</exception>
    /// <exception cref="SteeringException">The options contradict one another.</exception>
    public string Apply(IReadOnlyList<(string Role, string Content)> messages, ChatTemplateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Apply(state => TemplateInput.Messages(state, messages), options, cancellationToken);
    }

    /// <summary>Writes the prompt of a conversation.</summary>
    /// <param name="messages">An array of messages as transformers takes them: <c>role</c>, <c>content</c>, <c>tool_calls</c> and whatever else the template reads.</param>
    /// <param name="options">What goes with the conversation.</param>
    /// <param name="cancellationToken">Ends the application.</param>
    /// <exception cref="TemplateException">The template refuses the conversation, fails, or goes beyond a limit.</exception>
    /// <exception cref="SteeringException">The messages are no array, or the options contradict one another.</exception>
    public string Apply(JsonElement messages, ChatTemplateOptions? options = null, CancellationToken cancellationToken = default) =>
        Apply(state => TemplateInput.Messages(state, messages), options, cancellationToken);

    private string Apply(Func<RenderState, TemplateList> messages, ChatTemplateOptions? options, CancellationToken cancellationToken)
    {
        options ??= new ChatTemplateOptions();
        options.Validate();
        var text = Render(state => TemplateInput.Variables(state, messages(state), options, _tokens), options.TimeProvider, cancellationToken);
        return options.ContinueFinalMessage ? TemplateInput.Continued(text, _source.Name) : text;
    }

    internal string Render(Func<RenderState, IEnumerable<KeyValuePair<string, object?>>> variables, TimeProvider clock, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var state = new RenderState(_source, _limits, clock, cancellationToken);
        try
        {
            var given = new Scope(null);
            foreach (var (name, value) in variables(state))
            {
                given.Set(name, value);
            }

            var scope = new Scope(given);
            if (_tree.Blocks.Count > 0)
            {
                given.Set("self", new BlockTable(_tree.Blocks, scope));
            }

            Statement.Run(_tree.Body, state, scope);
            return state.Output.ToString();
        }
        catch (InsufficientExecutionStackException)
        {
            throw state.Limit("it is nested deeper than this thread's stack");
        }
    }
}
