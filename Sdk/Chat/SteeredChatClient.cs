using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Steering.Chat.Toxicity;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Policies;
using Steering.Telemetry;
using Steering.Templates;

namespace Steering.Chat;

/// <summary>
/// A chat client whose replies are steered: the policy of <see cref="SteeringChatOptionsExtensions.WithSteering(ChatOptions, string)"/>
/// or the default one is plugged into the model while the reply is decoded. Thread-safe: every request decodes on its own.
/// </summary>
/// <remarks>Streamed updates carry the token and the activations of the watched features; see <see cref="SteeringChatResponseExtensions.GetDecodedToken"/>.</remarks>
public sealed partial class SteeredChatClient : IChatClient
{
    private readonly SteeringEngine _engine;
    private readonly ISteeredDecoder _decoder;
    private readonly SteeredChatClientOptions _options;
    private readonly ILogger _logger;
    private readonly ChatClientMetadata _metadata;

    /// <summary>Creates a client.</summary>
    /// <param name="engine">The model and its policies; it must outlive the client.</param>
    /// <param name="options">Defaults of requests, or null.</param>
    /// <param name="decoder">Decodes the turns; null takes a <see cref="GenAiDecoder"/> on the engine's model.</param>
    /// <param name="logger">Receives one line a request, without texts; null logs nothing.</param>
    /// <exception cref="SteeringException">The default policy is not one of the engine's.</exception>
    public SteeredChatClient(SteeringEngine engine, SteeredChatClientOptions? options = null, ISteeredDecoder? decoder = null, ILogger<SteeredChatClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        _engine = engine;
        _options = options ?? new SteeredChatClientOptions();
        _decoder = decoder ?? new GenAiDecoder(engine.Model);
        _logger = logger ?? NullLogger<SteeredChatClient>.Instance;
        _metadata = new ChatClientMetadata("steering", new Uri(engine.Model.Folder), engine.Model.Name);
        _options.Sampling.Validate();
        if (_options.DefaultPolicy is { } name)
        {
            engine.Compile(name);
        }
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken: cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ChatRequestMapper.RefuseUnsupported(options, _engine.Model.Name);
        var session = FilterRequest.SessionOf(options);
        var (request, policyName) = CreateRequest(messages, options, session);
        var responseId = Guid.NewGuid().ToString("N");
        using var telemetry = DecodeTelemetry.Start(_engine.Model.Name, policyName, request);
        var finish = FinishReason.None;
        var outputTokens = 0;

        var tokens = session is null
            ? _decoder.DecodeAsync(request, cancellationToken)
            : FilteredDecoding.DecodeAsync(_decoder, request, session, _engine.Model, cancellationToken);
        await foreach (var token in tokens.ConfigureAwait(false))
        {
            outputTokens++;
            finish = token.FinishReason;
            telemetry.Token(token);
            yield return new ChatResponseUpdate(ChatRole.Assistant, token.Text)
            {
                ResponseId = responseId,
                MessageId = responseId,
                ModelId = _engine.Model.Name,
                RawRepresentation = token,
            };
        }

        finish = session is { Stopped: true } ? FinishReason.Filter : finish;
        LogReply(_logger, policyName, request.PromptIds.Count, outputTokens, finish, telemetry.Elapsed.TotalMilliseconds);
        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails
        {
            InputTokenCount = request.PromptIds.Count,
            OutputTokenCount = outputTokens,
            TotalTokenCount = request.PromptIds.Count + outputTokens,
        })])
        {
            ResponseId = responseId,
            MessageId = responseId,
            ModelId = _engine.Model.Name,
            FinishReason = finish switch
            {
                FinishReason.Length => ChatFinishReason.Length,
                FinishReason.Filter => ChatFinishReason.ContentFilter,
                _ => ChatFinishReason.Stop,
            },
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(_engine) ? _engine
            : serviceType.IsInstanceOfType(_engine.Model) ? _engine.Model
            : serviceType.IsInstanceOfType(_decoder) ? _decoder
            : null;
    }

    /// <summary>Does nothing: the engine and its model belong to whoever made them.</summary>
    public void Dispose()
    {
    }

    private (DecodeRequest Request, string PolicyName) CreateRequest(IEnumerable<ChatMessage> messages, ChatOptions? options, FilterSession? session)
    {
        var (policy, policyName) = ResolvePolicy(options);
        var prompt = _engine.Model.Tokenizer.ApplyChatTemplate(ChatRequestMapper.Messages(messages, options), new ChatTemplateOptions { AddGenerationPrompt = true, TimeProvider = _engine.TimeProvider });
        var ids = _engine.Model.Tokenizer.Encode(prompt);
        var room = _engine.Model.ContextLength - ids.Length;
        if (room < 1)
        {
            throw new SteeringException($"The conversation has {ids.Length} tokens, which fills the model's context of {_engine.Model.ContextLength}. Shorten it.");
        }

        var request = new DecodeRequest
        {
            PromptIds = ids,
            MaxTokens = options?.MaxOutputTokens ?? Math.Min(room, _options.MaxOutputTokens),
            Sampling = ChatRequestMapper.Sampling(options, _options.Sampling),
            StopSequences = [.. options?.StopSequences ?? []],
            Policy = policy is null || session is not null ? CompiledPolicy.Empty : _engine.Compile(policy),
            Callbacks = _engine.Callbacks,
        };
        return (session?.Attach(request, policy) ?? request, policyName);
    }

    private (SteeringPolicy? Policy, string Name) ResolvePolicy(ChatOptions? options)
    {
        object? given = null;
        options?.AdditionalProperties?.TryGetValue(SteeringChatOptionsExtensions.PolicyKey, out given);
        return (given ?? _options.DefaultPolicy) switch
        {
            null => (null, "none"),
            string name => (_engine.Policy(name), name),
            SteeringPolicy policy => (policy, policy.Name),
            var other => throw new SteeringException($"AdditionalProperties[\"{SteeringChatOptionsExtensions.PolicyKey}\"] is a {other.GetType().Name}; it must be a policy's name or a SteeringPolicy. Use ChatOptions.WithSteering."),
        };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Reply under policy {Policy}: {InputTokens} tokens in, {OutputTokens} out, finish {Finish}, {Milliseconds:F0} ms")]
    private static partial void LogReply(ILogger logger, string policy, int inputTokens, int outputTokens, FinishReason finish, double milliseconds);
}
